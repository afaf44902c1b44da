"""Pages, their images, layout and processed file (Pages and Layout pages of the documentation)."""

from starlette.responses import Response

from gini_notebook.sandbox.messages import ApiRequest, Refused, json_response
from gini_notebook.sandbox.routes.documents import MOST_PAGES, page_list
from gini_notebook.sandbox.routes.extractions import check_readable
from gini_notebook.sandbox.routing import Endpoint
from gini_notebook.sandbox.workers import WorkFailed, WorkRefused


async def pages(request: ApiRequest) -> Response:
    """List the pages with the addresses of their images."""
    return json_response(request, page_list(request, request.document()))


async def image(request: ApiRequest) -> Response:
    """Show a page as JPEG."""
    document, number, size = request.document(), request.path_params["page"], request.path_params["size"]
    width = request.service.environment.image_sizes.get(size)
    if width is None:
        raise Refused(404, f"There is no size {size}; there are {', '.join(request.service.environment.image_sizes)}.")
    last = min(document.page_count, MOST_PAGES)
    if not (number.isascii() and number.isdecimal() and len(number) < 6 and 1 <= int(number) <= last):
        raise Refused(404, f"There is no page {number}; the document has the pages 1 to {last}.")
    if document.progress == "PENDING":
        raise Refused(404, "The page is not drawn yet; try again when the document is COMPLETED.")
    try:
        content = await request.service.processing.image(document, int(number), width)
    except (WorkFailed, WorkRefused) as problem:
        raise Refused(404, f"There is no image of this page: {problem}") from problem
    return Response(content, media_type="image/jpeg")


async def layout(request: ApiRequest) -> Response:
    """Show the words and their places."""
    document = request.document()
    check_readable(document)
    if document.progress != "COMPLETED":
        raise Refused(404, f"There is no layout: the document is {document.progress}.")
    return Response(request.service.processing.layout(document), media_type=request.json_type)


async def processed(request: ApiRequest) -> Response:
    """Return the file that all places refer to; the parts of a composite become one PDF."""
    document = request.document()
    if document.progress != "COMPLETED":
        raise Refused(404, f"There is no processed file: the document is {document.progress}.")
    if document.kind != "composite":
        content = request.service.processing.storage.content(document.sha256)
        return Response(content, headers={"content-type": document.media_type})
    try:
        content = await request.service.processing.combined(document)
    except (WorkFailed, WorkRefused) as problem:
        raise Refused(404, f"The parts cannot be made one file: {problem}") from problem
    return Response(content, media_type="application/pdf")


API = (
    Endpoint(
        name="getPages",
        method="GET",
        path="/documents/{document}/pages",
        handler=pages,
        summary="List the pages of a document with their images.",
        answers={200: "Pages", 401: "Error", 404: "Error", 406: "Error"},
        reads_json=True,
    ),
    Endpoint(
        name="getPageImage",
        method="GET",
        path="/documents/{document}/pages/{page}/{size}",
        handler=image,
        summary="Get a page as an image.",
        answers={200: "image/jpeg", 401: "Error", 404: "Error"},
    ),
    Endpoint(
        name="getLayout",
        method="GET",
        path="/documents/{document}/layout",
        handler=layout,
        summary="Get the words of a document and their places.",
        answers={200: "Layout", 401: "Error", 404: "Error", 406: "Error"},
        reads_json=True,
        environment="pay-api",
    ),
    Endpoint(
        name="getProcessed",
        method="GET",
        path="/documents/{document}/processed",
        handler=processed,
        summary="Get the file that all places refer to.",
        answers={200: "*/*", 401: "Error", 404: "Error"},
    ),
)
