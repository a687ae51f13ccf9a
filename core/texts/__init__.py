"""What people read: languages, translated fields, how numbers and dates are written, words of events. Open to all."""
