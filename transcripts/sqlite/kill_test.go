package sqlite_test

func childMain() bool { return false }
