"""What every room may use: types of arrays, files written whole, numbers in JSON."""
