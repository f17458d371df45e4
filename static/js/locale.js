// The language of the page, for numbers and times. Digits are those that the server writes.
export const language = `${document.documentElement.lang}-u-nu-latn`;
