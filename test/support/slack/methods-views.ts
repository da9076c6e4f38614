import { userFor } from "./directory.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import type { MethodCall, Methods } from "./method.ts";
import { invalid, Refusal } from "./refusal.ts";
import type { FakeView } from "./state.ts";
import { checkTrigger, checkView, publishHome, replaceView, spendTrigger, stackView } from "./views.ts";

export const viewMethods: Methods = {
  "views.open": { scopes: [], run: (call) => stack(call, "in place of others") },
  "views.push": { scopes: [], run: (call) => stack(call, "over others") },
  "views.update": {
    scopes: [],
    run(call) {
      const old = namedView(call);
      checkHash(call, old);
      const view = viewArg(call);
      checkView(view, "modal");
      return { view: replaceView(call.state, call.token, old, view).json };
    },
  },
  "views.publish": {
    scopes: [],
    run(call) {
      const { state, token, args } = call;
      const user = userFor(state, token, args.required("user_id"));
      const old = state.homes.get(`${token.team} ${user.id}`);
      if (old !== undefined) checkHash(call, old);
      const view = viewArg(call);
      checkView(view, "home");
      return { view: publishHome(state, token, user.id, view).json };
    },
  },
};

function stack(call: MethodCall, how: "in place of others" | "over others"): Fields {
  const { state, token, args } = call;
  const id = args.required("trigger_id");
  const { user, root } = checkTrigger(state, token, id);
  const view = viewArg(call);
  checkView(view, "modal");
  if (how === "over others" && root === null) throw new Refusal("not_found");
  spendTrigger(state, token, id);
  return { view: stackView(state, token, user, { view, root: how === "over others" ? root : null }).json };
}

function viewArg({ args }: MethodCall): Fields {
  const view = args.json("view", "invalid_arguments");
  if (view === null) throw invalid("invalid_arguments", ["missing required field: view"]);
  return fieldsOf(view);
}

function namedView({ state, token, args }: MethodCall): FakeView {
  const external = args.text("external_id");
  const id = args.text("view_id");
  if (id === null && external === null) throw invalid("invalid_arguments", ["missing required field: view_id"]);
  const found = [...state.views.values()].find((view) =>
    id === null ? view.json["external_id"] === external : view.id === id,
  );
  if (found === undefined || found.team !== token.team) throw new Refusal("not_found");
  return found;
}

function checkHash({ args }: MethodCall, { json }: FakeView): void {
  const hash = args.text("hash");
  if (hash !== null && hash !== json["hash"]) throw new Refusal("hash_conflict");
}
