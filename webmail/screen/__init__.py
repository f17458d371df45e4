"""From values of the index to what a template prints: names, dates, sizes and whole sentences, made once.

Pure: no database, no request. A template that gets these holds no logic and formats nothing, which is also what makes
a page of fifty rows cheap.
"""
