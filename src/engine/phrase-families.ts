/** What a whole short message says by itself, whatever was asked. */
export type Phrase = "cancel" | "human" | "skip" | "repeat" | "yes" | "no" | "thanks" | "why";

/*
 * The patterns are for one clause each, in lower case and full English ("do not", "that is") and without what is only
 * polite, as `recognise` prepares it. They must match the whole clause: "cancel my order" is a request, and no family
 * may swallow it.
 */
const it =
  "(?:this|that|it|here|everything|all(?: of (?:this|that|it))?|(?:(?:this|that|the) )?(?:(?:current|present|last|previous|whole) )*(?:action|process|procedure|request|task|command|conversation|input|thing)|my (?:last |previous )?request)";
const stop = "(?:cancel|abort|stop|quit|exit|halt|terminate|end|discontinue|abandon)";
const person =
  "(?:(?:a|an|the|some|your) )?(?:(?:real|live|actual|human) )*(?:human(?: being)?|person|agent|operator|representative)";
// By itself, "the agent" is who told the customer something; "an agent" is who is wanted.
const somebody =
  "(?:an? (?:(?:real|live|actual|human) )*|(?:(?:real|live|actual|human) )+)(?:human(?: being)?|person|agent|operator|representative)";
const anybody = `(?:${person}|(?:(?:a|an|the|one of|some|your|of) )*(?:someone|somebody|anyone|anybody|people|humans|agents|colleagues?|employee|manager|supervisor|team(?: member)?|rep|support(?: (?:agent|team|person))?|customer (?:service|support|care)(?: agent| representative)?)(?: (?:real|human|else|from (?:the |your )?(?:team|support)))?)`;
const said =
  "(?:that|it|this|yourself|(?:the|your|that|this) (?:last )?(?:question|message|part|bit|one|response|phrase)|what (?:you|was)(?: (?:have|had))?(?: just)? (?:said|asked|told me))";
const again = "(?:again|once more|one more time|another time|over)";
const right = "(?:right|correct|true|accurate|it|so|the truth)";
const wrong = "(?:wrong|incorrect|false|inaccurate|untrue)";
const very = "(?:(?:quite|very|totally|absolutely|exactly|definitely|completely|actually|all|really|just) )?";
const yours =
  "(?:it|that|this|them|these|those|all (?:of )?(?:this|that)|(?:my|the|an?|this|that|our) [a-z-]+(?: [a-z-]+){0,3})";
const missed =
  "i (?:did|could) not (?:quite )?(?:catch|hear|understand|get)(?: (?:you|that|the question|what you (?:just )?said))?";

/** Every family with the pattern of its clauses; the first one that matches wins. */
export const phraseFamilies: readonly (readonly [Phrase, RegExp])[] = [
  [
    "cancel",
    anyOf(
      `${stop}(?: ${it})?`,
      "(?:stop|quit) talking|shut up|be quiet",
      `${stop} (?:doing (?:this|that|it)|(?:doing )?what(?:ever)? (?:you (?:are|were) doing|i asked))`,
      "never ?mind(?: (?:about )?(?:it|that|this))?",
      "nvm",
      "forget (?:about )?(?:it|this|that)",
      "forget (?:that )?i asked",
      "(?:drop|scrap|scratch) (?:it|this|that)",
      "do not (?:bother|continue|go on|proceed)(?: with (?:it|this|that|what you are doing))?",
      "i (?:do not|no longer) want to (?:continue|go on|proceed|do (?:it|this|that))(?: any ?more)?",
    ),
  ],
  [
    "human",
    anyOf(
      `(?:human(?: being)?|agent|${somebody})(?: (?:needed|wanted))?`,
      `(?:talk|speak|chat|write)(?: directly)? (?:to|with) ${anybody}`,
      `(?:be|get)? ?(?:connected|transferred|put through|passed on) (?:to|with) ${anybody}`,
      `(?:connect|transfer|put|pass|hand|switch|forward|redirect)(?: (?:me|this|it))?(?: (?:over|on|through))? (?:to|with) ${anybody}`,
      `(?:get|give|find|call|send|bring|fetch|have|see|reach|contact)(?: me)? ${person}`,
      `is there (?:${person}|someone|somebody|anyone|anybody)(?: (?:here|available|(?:i can|to|that i can) (?:talk|speak|chat) (?:to|with)))?`,
    ),
  ],
  [
    "skip",
    anyOf(
      "skip(?: (?:it|this|that|(?:this|that|the) (?:one|question|step|part)))?",
      "(?:i )?(?:would )?(?:prefer not to|rather not) (?:say|answer|tell(?: you)?)(?: (?:that|this))?",
    ),
  ],
  [
    "repeat",
    anyOf(
      `(?:repeat|rephrase|restate|replay)(?: ${said})?(?: ${again})?`,
      `(?:say|ask|tell me|show me)(?: ${said})? ${again}`,
      "what (?:was|is) (?:the|your|that) (?:last )?question(?: again)?",
      "what (?:did you|were you)(?: just)? (?:say|ask|saying|asking)(?: me)?(?: again)?",
      "what was that(?: again| you (?:just )?said)?",
      "(?:come )?again(?: with that)?",
      "(?:just )?(?:once more|one more time)",
      // Not "I didn't get it": that is what one says of a parcel.
      "i (?:did|could) not (?:quite )?(?:catch|hear|understand)(?: (?:you|that|the question|what you (?:just )?said))?",
      "i did not (?:quite )?get the question",
      `${missed} (?:so |and )?(?:please |can you |could you )*(?:repeat|say)(?: ${said})?(?: ${again})?`,
      "i missed (?:that|the question|what you (?:just )?said)",
      "(?:i beg your )?pardon(?: me)?",
    ),
  ],
  [
    "why",
    anyOf(
      "why(?: (?:is|are) (?:that|this|it))?",
      `why (?:do|would|are|must) you (?:even |really |all )?(?:need|want|ask|asking|require)(?: to know| to have| me)?(?: for)?(?: ${yours})?`,
      `why (?:do|should|must|would) i (?:have to |need to )?(?:give|tell|provide|share|say|enter)(?: you)?(?: ${yours})?`,
      `why (?:is|are) ${yours} (?:needed|required|necessary|important|relevant)`,
      "(?:what|why) for",
      "for what(?: (?:purpose|reason))?",
      "what (?:is|are) (?:it|that|this|these|those) (?:needed |used |required )?for",
      `what (?:do you (?:need|want|require)|will you use|would you need|are you using) ${yours} for`,
      "what is the (?:purpose|point)(?: of (?:this|that|it|the question))?",
      "how come",
    ),
  ],
  [
    "yes",
    anyOf(
      "yes|yeah|yep|yup|yeap|yea|ya|y|uh[- ]huh|aye|sure(?: thing)?|of course|ok|okay|k|alright|all right|fine|right|correct|exactly|precisely|absolutely|definitely|certainly|indeed|affirmative|positive|agreed|confirm(?:ed)?|true|totally",
      `(?:yes|yeah|yep|yup|oh yes) (?:sir|sure|of course|exactly|indeed|correct|do|go ahead|it is|i (?:do|am|can|did|will|would|have)|we (?:do|are|can|will|have)|you are|(?:that|it) is ${very}${right})`,
      `(?:that|it|this) is ${very}(?:${right}|fine|good|great|perfect|ok|okay)`,
      "(?:that|it|this)? ?(?:sounds|looks|seems) (?:good|great|right|fine|correct|perfect)",
      `${very}(?:right|correct|true)`,
      "do|do (?:it|that|so)|go ahead|proceed|go on|continue|carry on",
      "i (?:do|am|agree|confirm|think so|believe so|guess so)",
      `you are ${very}(?:right|correct)`,
      "(?:that|it) would be (?:great|perfect|awesome|nice|good)",
      "(?:that is a|the answer is|it is a) yes",
      "you got it",
      "👍|✅|✔|👌|:\\+1:|:thumbsup:|:ok_hand:|:white_check_mark:",
    ),
  ],
  [
    "no",
    anyOf(
      "no|nope|nah|naw|nay|n|no way|no (?:thanks|thank you|thx|sir|need|never)|not (?:really|at all|true|correct|right|quite|now|yet|that(?: one)?)",
      `(?:no|nope|nah) (?:do not|not really|not at all|(?:that|it|this) is (?:${very}${wrong}|not ${very}${right})|i (?:do|am|can|did|will|have) not|i cannot|we (?:do|are) not)`,
      "(?:of course|certainly|definitely|absolutely) not",
      `negative|never|${very}${wrong}`,
      "do not(?: do (?:it|that|this|so))?",
      "i (?:do not (?:think|believe)|think|believe|guess)(?: (?:so|not))",
      `(?:that|it|this) is (?:${very}${wrong}|not ${very}${right}|a no)`,
      "the answer is no",
      "👎|❌|:-1:|:thumbsdown:|:x:",
    ),
  ],
  [
    "thanks",
    anyOf(
      "(?:(?:great|perfect|awesome|excellent|nice|cool|super|wonderful|good|lovely|alright|all right|got it|many|why|brilliant) )*(?:i )?(?:thanks|thank (?:you|u|ya)|thankyou|thx|tnx|ty|cheers)(?: (?:so|very|ever|really))*(?: (?:much|a lot|a million|a bunch|again|kindly|indeed))*" +
        "(?: for (?:that|this|it|everything|the|your|all|quick|kind|helping|letting|answering|answer|help|info|information|reply|response|time|patience|support|assistance|cooperation|explaining|me|know|out|my|question)(?: (?:that|this|the|your|quick|kind|me|out|know|my|question|answer|help|info|information|reply|response|time|patience|support|assistance|cooperation))*)?",
      "(?:i )?(?:really |very much )?appreciate (?:it|that|(?:all )?(?:the|your) (?:help|assistance|support|answer))",
      "(?:very )?much (?:appreciated|obliged)",
      "(?:i am )?(?:very |so |really )?(?:grateful|thankful)(?: to you)?(?: for (?:the|your) (?:help|answer|assistance|support))?",
      "you (?:are|have been) (?:very |so |really )?(?:helpful|a (?:great|big|huge) help|the best)",
    ),
  ],
];
/** What may be asked for as well as ordered: "can you cancel that?". */
export const askablePhrases: ReadonlySet<Phrase> = new Set(["cancel", "human", "skip", "repeat"]);

function anyOf(...patterns: readonly string[]): RegExp {
  return new RegExp(`^(?:${patterns.join("|")})$`, "u");
}
