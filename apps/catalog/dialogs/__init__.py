"""The buttons of the pages of offers and handsets."""
