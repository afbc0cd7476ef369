"""What the demo needs beside the program itself: a small board server and its story."""
