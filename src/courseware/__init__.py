"""What turns programs and text into the course: recorder, checker, figures, site checks."""
