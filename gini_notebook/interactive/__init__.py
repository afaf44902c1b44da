"""What people see and click: login, explorer, and what needs both wings at once."""
