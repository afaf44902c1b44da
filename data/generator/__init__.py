"""The project's own generator of payment documents, with the truth known by construction.

``facts`` says what a document states, ``orders`` is the list of documents, ``layouts`` draw them on a ``sheet``,
``copies`` make scans and photos of the drawings, ``broken`` the files that are broken on purpose, ``truth`` the tables.
"""
