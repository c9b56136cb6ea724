// What the core sends the PBX, as the SDK describes it: for the example below the prefixes.
import { useEffect, useState } from "react";
import { describeCallFlow, type RouteType } from "sipbreakout-web";

export interface Invites {
  /** Of a call that the number makes; null if the PBX does not get it. */
  outgoing: string | null;
  /** Of a call that the number receives. */
  incoming: string | null;
}

interface Wanted {
  number: string;
  somebody: string;
  routeType: RouteType;
  mobileOriginatingPrefix: string;
  mobileTerminatingPrefix: string;
}

/** @throws InvalidRequestError while a prefix or the number is not right */
export async function invitesOf({ number, somebody, ...routing }: Wanted): Promise<Invites> {
  // The address of the PBX makes no difference to what it is sent.
  const mine = { phoneNumber: number, registration: { sipUri: "sips:pbx.example.com", ...routing } };
  const other = { phoneNumber: somebody };
  const behavior = routing.routeType === "FALLBACK" ? "noAnswer" : "answered";
  const inviteOf = async (caller: typeof other, callee: typeof other) => {
    const { legs } = await describeCallFlow({ caller, callee, behavior });
    return legs?.find(({ to }) => to === "pbx")?.inviteUri ?? null;
  };
  const [outgoing, incoming] = await Promise.all([inviteOf(mine, other), inviteOf(other, mine)]);
  return { outgoing, incoming };
}

/** Undefined as long as there is nothing to describe. */
export function useInvites(wanted: Wanted): Invites | undefined {
  const [invites, setInvites] = useState<Invites>();
  const key = JSON.stringify(wanted);
  useEffect(() => {
    let latest = true;
    const show = (found: Invites | undefined) => {
      if (latest) setInvites(found);
    };
    // What is wrong is said at its field.
    invitesOf(JSON.parse(key)).then(show, () => show(undefined));
    return () => {
      latest = false;
    };
  }, [key]);
  return invites;
}
