"""The buttons of grids and rates: what they ask, what they say before they act, and the services they call."""
