import { useState } from "react";
import type { RegistrationProblem } from "sipbreakout-web";
import type { Draft, DraftField } from "../draft.ts";
import { useInvites } from "../invites.ts";
import { TextField } from "./text-field.tsx";

interface Props {
  draft: Draft;
  /** The number that the draft registers. */
  number: string;
  problemOf: (field: DraftField) => RegistrationProblem | undefined;
  set: (field: DraftField, value: string) => void;
  touch: (field: DraftField) => void;
}

const somebody = "+47112334455";

export function PrefixFields({ draft, number, problemOf, set, touch }: Props) {
  const [opened, setOpened] = useState(false);
  const own = number || "+4799900001";
  const { mobileOriginatingPrefix, mobileTerminatingPrefix } = draft;
  const used = Boolean(mobileOriginatingPrefix || mobileTerminatingPrefix);
  const wrong = problemOf("mobileOriginatingPrefix") ?? problemOf("mobileTerminatingPrefix");
  const { routeType } = draft;
  const invites = useInvites({
    number: own,
    somebody,
    routeType,
    mobileOriginatingPrefix,
    mobileTerminatingPrefix,
  });
  return (
    // Open where there is something to see; emptying a field does not close it under one's hands.
    <details
      className="prefixes"
      open={opened || used || wrong !== undefined}
      onToggle={(event) => setOpened(event.currentTarget.open)}
    >
      <summary>Prefixes</summary>
      <p>
        Digits that the core puts before the number in the call it sends to the PBX. They tell the PBX on
        whose behalf the call reached it. The caller’s outgoing prefix wins where both ends are registered.
      </p>
      <div className="field-row">
        <TextField
          name="mobileOriginatingPrefix"
          label="Outgoing prefix"
          hint="0 to 15 digits, when the number makes the call."
          value={mobileOriginatingPrefix}
          problem={problemOf("mobileOriginatingPrefix")}
          inputMode="numeric"
          autoComplete="off"
          onChange={(value) => set("mobileOriginatingPrefix", value)}
          onBlur={() => touch("mobileOriginatingPrefix")}
        />
        <TextField
          name="mobileTerminatingPrefix"
          label="Incoming prefix"
          hint="0 to 15 digits, when the number is called."
          value={mobileTerminatingPrefix}
          problem={problemOf("mobileTerminatingPrefix")}
          inputMode="numeric"
          autoComplete="off"
          onChange={(value) => set("mobileTerminatingPrefix", value)}
          onBlur={() => touch("mobileTerminatingPrefix")}
        />
      </div>
      <table className="prefix-example">
        <caption>What the PBX sees</caption>
        <tbody>
          <tr>
            <th scope="row">
              {own} calls {somebody}
            </th>
            <td>
              <Seen uri={invites?.outgoing} />
            </td>
          </tr>
          <tr>
            <th scope="row">
              {somebody} calls {own}
            </th>
            <td>
              <Seen uri={invites?.incoming} />
            </td>
          </tr>
        </tbody>
      </table>
    </details>
  );
}

function Seen({ uri }: { uri: string | null | undefined }) {
  if (uri === undefined) return <span className="soft">…</span>;
  if (uri === null) return <span className="soft">nothing, with this route type</span>;
  return <code>INVITE {uri}</code>;
}
