import { useRef } from "react";

const keys: readonly (readonly [keys: string, does: string])[] = [
  ["Enter", "Sends what you wrote"],
  ["Shift + Enter", "Begins a new line"],
  ["Ctrl or Cmd + F6", "Goes to the next part of the page; with Shift, to the one before"],
  ["↑ ↓ Home End", "In the diagram: from step to step"],
  ["Enter", "In the diagram: shows all of a step"],
  ["Esc", "Closes what is open, and goes back to where you were"],
];

/** A button that says which keys there are. The dialog gives the focus back by itself. */
export function KeyboardHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" className="quiet keyboard" onClick={() => dialog.current?.showModal()}>
        Keyboard
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby="keyboard-title">
        <h2 id="keyboard-title">Keyboard</h2>
        <dl>
          {keys.map(([key, does]) => (
            <div key={does}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <p className="muted">No key decides anything: Approve and its like are always a button of their own.</p>
        <form method="dialog" className="buttons">
          <button type="submit" className="primary">
            Close
          </button>
        </form>
      </dialog>
    </>
  );
}
