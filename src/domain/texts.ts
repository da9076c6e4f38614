/**
 * Every sentence that Usher says to a customer of its own accord. `{name}` stands for a value that the engine fills in;
 * the words of a procedure stand in the procedure.
 */
export const defaultTexts = {
  help: "I can help with: {procedures}. Write what you need, or ask for a person.",
  nothingToOffer: "I have nothing to offer at the moment. Ask for a person, and I will bring one.",
  which: "I can do one of these for you. Which one do you mean?",
  again: "We have just finished that. Shall I start “{procedure}” once more?",
  notAgain: "All right, I will leave it there.",
  cancelled: "All right, I have stopped here. Nothing more will happen.",
  cancelledTooLate: "I have stopped here. The last step was under way already and has been carried out.",
  cancelling: "I will stop as soon as I know how the last step ended.",
  nothingToCancel: "There is nothing to stop at the moment.",
  handOff: "I have passed this on to a colleague, who will answer you here.",
  rejected: "I could not complete this. A colleague will get back to you here.",
  approvalExpired: "This is taking longer than it should. A colleague will get back to you here.",
  waitingForApproval: "A colleague is looking at your request. I will let you know here as soon as it is decided.",
  checking: "Something did not answer as it should. A colleague is checking it and I will get back to you here.",
  handedBack: "Usher is back. Write to me whenever you need something.",
  resolved: "This conversation is closed. Write again whenever you need something.",
  reminder: "Are you still there? I am waiting for your answer:",
  expired: "I have not heard from you for a while, so I have closed this request. Write again whenever you like.",
  inboxFull: "One moment, please: I am still working on your earlier messages and cannot take in more just now.",
  whyAsked: "I need it to go on with “{procedure}”.",
  corrected: "Thank you, I have changed that.",
  filesNotRead: "I can only read text here. Please write your answer.",
  invalidText: "I need a short answer in words.",
  invalidEmail: "That does not look like an e-mail address. It should look like name@example.com.",
  invalidPhone: "That does not look like a phone number. It should look like {example}.",
  invalidNumber: "That does not look like a number. It should look like {example}.",
  invalidChoice: "Please choose one of these: {choices}.",
  personOffered: "If you would rather talk to a person, just say so.",
} as const;

export type Texts = { readonly [name in keyof typeof defaultTexts]: string };
