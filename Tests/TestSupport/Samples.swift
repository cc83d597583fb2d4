// helpers shared by the Swift tests
