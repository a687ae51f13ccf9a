"""The admin site: its pages, who may do what, and the sidebar. The settings and the till import it."""
