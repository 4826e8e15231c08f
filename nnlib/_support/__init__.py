"""What the rest of nnlib leans on: checks, hints, files, speed. Nothing here is for students."""
