import { useQuery } from "@apollo/client/react";
import { LaunchesPageDocument, type LaunchesPageQuery } from "../api/index.ts";
import { count, formatMicros } from "../format/index.ts";
import { useEvents } from "../live/index.ts";
import { useSession } from "../session/index.ts";
import { Bar, Command, Empty, Pending, useRefetch } from "../ui/index.ts";
import { LaunchList } from "./launch-list.tsx";
import { TargetList } from "./target-list.tsx";

/** Polling interval in milliseconds: costs grow without an event. */
const POLL_MS = 5_000;

/** Where workers are rented, what they cost, and the machines themselves, live. */
export default function LaunchesPage() {
  const isAllowed = useSession().can("OPERATOR");
  const { data, error, refetch } = useQuery(LaunchesPageDocument, {
    variables: { first: 50 },
    skip: !isAllowed,
    pollInterval: isAllowed ? POLL_MS : 0,
    fetchPolicy: "network-only",
  });
  const askAgain = useRefetch(refetch);
  useEvents(({ type }) => {
    if (isAllowed && /^(?:launch|budget)\./.test(type)) askAgain();
  });
  if (!isAllowed) return <NeedsOperator />;
  if (!data) return <Pending what="the launches" error={error} rows={6} onRetry={refetch} />;
  const { launchSpend, launchWaits, launchTargets, launches } = data;
  return (
    <>
      <title>Launches · Reelay</title>
      <div className="page-head">
        <h1>Launches</h1>
      </div>
      {launchTargets.length === 0 && launches.nodes.length === 0 ? (
        <Empty title="No workers are rented">
          <p>
            With <code>COMPUTE_LAUNCHES</code>, Reelay starts workers while the queue wants more, and stops
            paying when it is empty. Set it on every API process, for example:
          </p>
          <Command text={EXAMPLE} />
        </Empty>
      ) : (
        <>
          <Waits waits={launchWaits} />
          <Spend spend={launchSpend} launches={launches.nodes} />
          <TargetList targets={launchTargets} />
          <LaunchList launches={launches.nodes} />
        </>
      )}
    </>
  );
}

const EXAMPLE =
  'COMPUTE_LAUNCHES=\'{ "installation": "acme", "targets": [{ "name": "here", "kind": "LOCAL_PROCESSES", "realm": "OWN", "maxInstances": 2 }] }\'';

const NeedsOperator = () => (
  <Empty title="This key has no access to launches" isWholePage>
    <p>
      Launches belong to the whole installation. Sign in with a key that has the scope OPERATOR, or ask an
      operator.
    </p>
  </Empty>
);

const Waits = ({ waits }: { waits: LaunchesPageQuery["launchWaits"] }) =>
  waits.map(({ pool, reason, isStuck }) => (
    <div key={pool} className={isStuck ? "notice bad" : "notice"} role={isStuck ? "alert" : "status"}>
      <strong>
        {isStuck ? `Tasks of the pool ${pool} have no worker` : `The pool ${pool} wants workers`}
      </strong>
      <p>{reason}</p>
    </div>
  ));

interface SpendProps {
  spend: LaunchesPageQuery["launchSpend"];
  launches: LaunchesPageQuery["launches"]["nodes"];
}

function Spend({ spend: { hourly, hour, held, limit }, launches }: SpendProps) {
  const open = launches.filter(({ endedAt }) => endedAt === null);
  const running = open.filter(({ status }) => status === "RUNNING").length;
  return (
    <div className="plots">
      <figure className="plot">
        <figcaption>
          <span>Open launches</span>
          <strong className="numbers">{open.length}</strong>
        </figcaption>
        <span className="muted small">
          {open.length === 0 ? "No machine costs anything now." : `${count(running, "worker")} joined`}
        </span>
      </figure>
      <figure className="plot">
        <figcaption>
          <span>Spend per hour</span>
          <strong className="numbers">{formatMicros(hourly.micros)}</strong>
        </figcaption>
        <span className="muted small">Price of the machines that run now</span>
      </figure>
      <figure className="plot">
        <figcaption>
          <span>Since the full hour</span>
          <strong className="numbers">{formatMicros(hour.micros)}</strong>
        </figcaption>
        {limit === null ? (
          <span className="muted small">No limit: BUDGET_HOUR is not set.</span>
        ) : (
          <>
            <Bar
              fraction={held.micros / limit.micros}
              label="Share of the hour's budget"
              tone={held.micros >= limit.micros ? "bad" : "busy"}
            />
            <span className="muted small">
              {formatMicros(held.micros)} of {formatMicros(limit.micros)} spent or reserved
            </span>
          </>
        )}
      </figure>
    </div>
  );
}
