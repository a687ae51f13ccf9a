"""The admin site: its pages, who may do what, and the sidebar."""
