"""What the tests share: readers and peers that use nothing of libtel itself."""
