"""How numbers are written where Django's own tables say otherwise than CLDR, which browsers follow."""
