import { stem } from "./words.ts";

// Words that people use for the same thing when they write to a company; a word may stand in several lines.
const lines = `
refund reimburse reimbursement
return exchange
order package parcel shipment purchase delivery
deliver ship dispatch arrive receive
track locate status where
buy purchase order
price cost fee charge rate quote expensive
cancel stop terminate end undo
close delete remove deactivate cancel
change update edit modify switch alter adjust correct
create open new register
break damage defective faulty crack
issue problem error trouble bug wrong fault
work function
lose miss steal misplace
fraud scam fraudulent suspicious unauthorized
block freeze lock suspend disable
unblock unlock unfreeze activate enable
decline reject refuse deny fail
bill invoice statement receipt
company business enterprise corporate organization organisation firm employer
sales salesperson rep
human agent person representative rep operator
talk speak chat contact call reach
find locate search
fix repair solve resolve
help assist support
explain describe define meaning mean definition
account profile
password passcode credentials
phone mobile cell cellphone smartphone
email mail
list display view show see
book reserve schedule arrange
meeting appointment
flight plane airline
trip travel vacation holiday
vacation pto leave holiday
car vehicle auto
food meal dish
begin start
finish end complete
quick fast speed urgent
slow delay late
wait pending
limit maximum max cap
minimum min least
send transfer wire
receive get
withdraw atm
cash money fund
salary income wage paycheck
verify confirm authenticate prove
identity id identification
expire expiration expiry
replace replacement
apply application
country abroad international foreign overseas
currency dollar euro pound
discount coupon promo voucher
trial demo
plan subscribe membership
team seat user license licence
job position vacancy career
wrong incorrect mistake inaccurate
twice double duplicate`;

const table: ReadonlyMap<string, ReadonlySet<string>> = build();

/** The stems of other words for the same thing; empty if none is known. Pure. */
export function synonyms(term: string): ReadonlySet<string> {
  return table.get(term) ?? none;
}

const none: ReadonlySet<string> = new Set();

function build(): ReadonlyMap<string, ReadonlySet<string>> {
  const built = new Map<string, Set<string>>();
  for (const line of lines.trim().split("\n")) {
    const group = [...new Set(line.split(" ").map(stem))];
    for (const one of group) {
      const others = built.get(one) ?? new Set();
      for (const other of group) if (other !== one) others.add(other);
      built.set(one, others);
    }
  }
  return built;
}
