"""What a person is doing, without a screen: a frozen `Bench`, and actions as functions Bench → Outcome."""
