"""CSS of strangers to CSS that can load nothing, cover nothing and reach nothing outside its message.

    declarations    what stands in a style attribute or between the braces of a rule
    selectors       scoped to the message's wrapper
    sheets          `<style>` blocks: rules and `@media`, everything else dropped
    dark            what each colour becomes on a dark screen

Everything is written anew from an allow-list of properties and of value tokens; nothing of the input is copied that was
not matched by it, so reading a stylesheet wrongly can lose style but never safety.
"""

from webmail.reading.css.dark import painted
from webmail.reading.css.declarations import Declarations
from webmail.reading.css.sheets import stylesheet

__all__ = ["Declarations", "painted", "stylesheet"]
