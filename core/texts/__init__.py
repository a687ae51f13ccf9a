"""What people read: languages, translated fields, the form of numbers and dates, and the words of events."""
