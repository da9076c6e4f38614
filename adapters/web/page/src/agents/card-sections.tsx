import type { Card, CardSection } from "../../../../../src/domain/card.ts";
import { personWords } from "../../../../../src/domain/person-words.ts";
import { JsonView } from "../shared/json-view.tsx";
import { Deadline } from "../shared/time-text.tsx";

type Field = CardSection["fields"][number];

/** What a card says, in the order in which the card gives it. */
export function CardSections({ card }: { readonly card: Card }) {
  if (card.sections.length === 0) return null;
  return (
    <dl className="card-sections">
      {card.sections.map((section) => (
        <div key={section.label} className="card-section">
          <dt>{section.label}</dt>
          <dd>
            <Fields section={section} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Fields({ section }: { readonly section: CardSection }) {
  const { label, fields } = section;
  const [only] = fields;
  if (only === undefined) return <span className="muted">Nothing yet</span>;
  const request = requestLine(fields);
  if (request !== null) return <code className="request">{request}</code>;
  if (fields.length === 1 && (only.name === label || only.name === "Action")) return <Value field={only} />;
  return (
    <ul className="fields">
      {fields.map((field, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a card's fields never change places, and names may repeat.
        <li key={index}>
          {field.name === label ? null : <span className="field-name">{field.name}</span>} <Value field={field} />
        </li>
      ))}
    </ul>
  );
}

/** A call in one line, as it is sent: "GET https://…". */
function requestLine(fields: readonly Field[]): string | null {
  const textOf = (name: string) => fields.find((field) => field.name === name)?.value;
  const method = textOf("Method");
  const url = textOf("URL");
  return fields.length === 2 && typeof method === "string" && typeof url === "string" ? `${method} ${url}` : null;
}

function Value({ field: { name, value } }: { readonly field: Field }) {
  if (typeof value === "string") return <JsonView value={value} name={name} />;
  if ("at" in value) return <Deadline at={value.at} />;
  return <JsonView value={personWords(value.person)} name={name} />;
}
