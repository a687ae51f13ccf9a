// The payment provider's own fields for a card. What is typed there never reaches the shop; it gets a token instead.

const fields = document.getElementById("card-fields");
const waiting = document.getElementById("card-action");

function say(words) {
  const place = document.getElementById("card-problem");
  place.textContent = words;
  place.hidden = !words;
}

if (fields) {
  const stripe = window.Stripe(fields.dataset.key, { locale: fields.dataset.language });
  const card = stripe.elements().create("card");
  card.mount(fields);
  const form = fields.closest("form");
  form.addEventListener("submit", async (event) => {
    const token = document.getElementById("card-token");
    const isOrder = event.submitter?.name === "order";
    if (!isOrder || form.elements.pay.value !== "card" || token.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say("");
    const made = await stripe.createPaymentMethod({ type: "card", card });
    if (made.error) {
      say(made.error.message);
      return;
    }
    token.value = made.paymentMethod.id;
    form.requestSubmit(event.submitter);
  }, true);
}

if (waiting) {
  const stripe = window.Stripe(waiting.dataset.key);
  stripe.handleNextAction({ clientSecret: waiting.dataset.secret }).then(() => waiting.requestSubmit());
}
