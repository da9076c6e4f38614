import { stem } from "./words.ts";

// How common words are in the English of people who write to a company, as tiers made by hand: no corpus went into it.
// Three tiny procedures cannot tell that "want" says little and "refund" says much; this table can, for any number.
// "#" stands for every number.
const tiers: readonly (readonly [weight: number, words: string])[] = [
  [
    0.09,
    `a an the of to is are was were be been being am it its this that these those i me my mine you your yours we us our
    ours he him his she her they them their and or but if so as at by for from in into on onto with than then too very
    just also do does did doing done have has had having will would shall should could can may might must there here
    some any such own same both each please pls plz kindly hi hello hey hiya greetings dear thanks thank thx cheers
    oh ok okay well um uh hmm yes yeah yep sure really actually basically simply maybe perhaps im ive`,
  ],
  [
    0.23,
    `# request want wanna need like get let give tell know help assist question ask see look say think guess hope
    wish wonder try mean thing something anything everything someone anyone everyone everybody nobody nothing somebody
    way kind sort stuff bit lot lots able possible again still yet already now today about because since
    go come make take put what which while until only even else other another more most much many few little less
    no nor not never ever always often once sometimes morning afternoon evening all good great nice fine glad happy
    sorry day week time love best bye goodbye welcome folks guys team friend sir madam appreciate quick soon asap`,
  ],
  [
    0.35,
    `how where when who why whom whose back up down out off over under through between before after during without
    use find show start stop keep turn call check seem happen feel right wrong new old first last next one two three
    four five six seven eight nine ten several long far big small high low late early ago later tomorrow yesterday
    tonight month year hour minute person people man woman guy place part side end name number word list set
    information info detail reason idea answer understand believe explain regard concern allow suppose currently
    recently anymore`,
  ],
  [
    0.55,
    `add bring change choose decide expect follow hear learn leave live meet move offer open play provide read run send
    receive speak talk write buy pay wait watch hold sit stand stay spend remember forget lose win
    issue problem trouble matter case option type line point state group company business office home house life world
    country city street school room door water food car phone computer money hand head eye body family mother father
    mom dad wife husband son daughter child kid boy girl better worse worst bad hard easy free full half whole main
    real true different important available ready close short large young red blue green white black hot cold fast slow
    safe clear near per via inside outside around across along toward against among upon within
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december service customer client user product item page website site app email mail message
    account system update support contact process form`,
  ],
  [
    0.77,
    `order book card bank bill charge cost price fee total amount dollar euro cash credit plan date schedule address
    location map travel trip drive flight hotel music song movie game news story picture photo job boss meeting lunch
    dinner breakfast coffee drink eat cook recipe weather rain doctor health hospital class student teacher study test
    language sleep dog cat animal report record file document paper letter data program code screen button click link
    online internet share save create build fix break cut draw fill finish grow hit join kill lead listen miss pass
    pick pull push reach rise sell serve sign store teach throw touch visit walk wear worry complete apply arrive cover
    deliver enter improve include increase manage prepare prevent recommend remove replace require review search select
    sound suggest complain notice experience difference example fact future past level rate power rule step term view
    second third current previous certain common general local national normal original particular personal private
    public recent regular separate similar simple single special specific standard unable usual various wide`,
  ],
];

const table: ReadonlyMap<string, number> = new Map(
  tiers.toReversed().flatMap(([weight, words]) => words.split(/\s+/).map((word) => [stem(word), weight] as const)),
);

/** How much a term says about what a person wants, 0..1; 1 for one that is not among the common ones. Pure. */
export function informativeness(term: string): number {
  return table.get(term.startsWith("!") ? term.slice(1) : term) ?? 1;
}
