import { useSyncExternalStore } from "react";
import { clockTime, dayLabel, dayOf, fullTime, until } from "./time.ts";

/** A moment as HH:MM; the full date on hover. */
export function TimeText({ at }: { readonly at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {clockTime(at)}
    </time>
  );
}

interface DayTimeProps {
  readonly at: number;
  /** Inside a sentence, "tomorrow" is not written with a capital. */
  readonly inSentence?: boolean;
}

/** A moment with its day, where that is not today's. */
export function DayTimeText({ at, inSentence = false }: DayTimeProps) {
  const now = useMinute();
  const label = dayLabel(at, now);
  const day = inSentence ? label.replace(/^(?:Today|Tomorrow|Yesterday)/, (word) => word.toLowerCase()) : label;
  return (
    <time className="day-time" dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {dayOf(at) === dayOf(now) ? clockTime(at) : `${day}, ${clockTime(at)}`}
    </time>
  );
}

/** A deadline: how far away it is, and when. */
export function Deadline({ at }: { readonly at: number }) {
  const left = until(at, useMinute());
  return (
    <>
      {left === null ? null : (
        <>
          <span className="nowrap">{left},</span>{" "}
        </>
      )}
      <DayTimeText at={at} inSentence={left !== null} />
    </>
  );
}

const minuteMs = 60_000;
const minute = () => Math.floor(Date.now() / minuteMs);

function subscribe(changed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (): void => {
    timer = setTimeout(
      () => {
        changed();
        wait();
      },
      minuteMs - (Date.now() % minuteMs) + 20,
    );
  };
  wait();
  return () => clearTimeout(timer);
}

/** Now, to the minute (Unix ms); the component renders again with each new minute. */
export function useMinute(): number {
  return useSyncExternalStore(subscribe, minute) * minuteMs + minuteMs - 1;
}
