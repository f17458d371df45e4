// The eye beside a password: shows what has been typed. Without scripts the button stays hidden.

for (const button of document.querySelectorAll("[data-reveals]")) {
  const input = document.getElementById(button.dataset.reveals);
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  // A password manager, and the next person here, must find a password field.
  input.form.addEventListener("submit", () => show(false));
}
