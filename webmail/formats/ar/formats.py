"""Arabic with the digits of Europe, as the catalogue writes them (CLDR `ar`, numbering system `latn`)."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
