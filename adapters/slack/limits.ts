/**
 * Every limit of Slack's that we write within, in one table. Lengths are characters, counted as `lengthOf` does. Behind
 * each stands its source: a page of docs.slack.dev/reference/block-kit, unless it says otherwise.
 */
export const slackLimits = {
  /** Blocks. */
  messageBlocks: 50,
  viewBlocks: 100,
  blockId: 255,
  /** bolt-js issue 2509: `msg_blocks_too_long` at about 13,200 for all blocks together; no page names it. */
  messageLength: 13_000,
  /** Method views.publish: `view_too_large` above 250 KB; three bytes a character are allowed for. */
  viewLength: 60_000,
  /** Method chat.postMessage: best below 4,000, cut at 40,000. Ours is what a notification or a screen reader says. */
  fallback: 3000,
  /** Text object. */
  text: 3000,
  /** Header block. */
  header: 150,
  /** Section block. */
  sectionFields: 10,
  sectionField: 2000,
  /** Context block. */
  contextElements: 10,
  /** Actions block. */
  actionsElements: 25,
  /** Button element. */
  buttonText: 75,
  buttonValue: 2000,
  buttonUrl: 3000,
  actionId: 255,
  /** Confirmation dialog object. */
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  /** Option object: 150 for a value; the types of @slack/types 3.2.0 say 75, which is within both. */
  optionText: 75,
  optionValue: 75,
  /** Select menu element. */
  selectOptions: 100,
  placeholder: 150,
  /** Plain-text input element. */
  inputLength: 3000,
  /** Input block. */
  inputLabel: 2000,
  inputHint: 2000,
  /** Data table block: 101 rows with the header, 20 columns, 10,000 characters in a message; newer pages say 201 and 20,000. */
  tableRows: 101,
  tableColumns: 20,
  tableLength: 10_000,
  tablePage: 100,
  /** Method chat.postMessage, error `only_one_table_allowed`. */
  messageTables: 1,
  /** Method assistant.threads.setSuggestedPrompts: "up to four"; of a title no page says how long it may be. */
  prompts: 4,
  promptTitle: 75,
  /** Modals; Views object. */
  modalTitle: 24,
  modalButton: 24,
  privateMetadata: 3000,
  callbackId: 255,
} as const;

/** How far Slack's clock and ours may be apart, either way, in ms (guarantee G12; Slack's own rule for signed requests). */
export const clocksApartMs = 300_000;
