import type { ModalView } from "@slack/types";

/** What is answered to a submitted modal: close it, show another in its place, or say what is wrong with it. */
export type ViewAnswer =
  | { readonly response_action: "clear" }
  | { readonly response_action: "update"; readonly view: ModalView }
  | { readonly response_action: "errors"; readonly errors: { readonly [block: string]: string } };
