"""Pure readers: what a person would read in a posting's HTML, pay, deadline and place."""
