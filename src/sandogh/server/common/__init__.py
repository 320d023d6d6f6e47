"""What every app may use: clock, Persian text, Jalali dates."""
