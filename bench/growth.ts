import type { Figure } from "./figures.ts";
import { toRoof } from "./figures.ts";
import type { Report } from "./report.ts";

/** How far time may grow beyond what there is to do: a tenth. */
const MOST = 1.1;

/**
 * What commands of the same scenarios take now, to what they took in another run: with three times the applications at most
 * 3.3 times as long, with more foreign objects at most a tenth longer.
 */
export function growthOf(report: Pick<Report, "options" | "results">, against: Report): readonly Figure[] {
  const limit = (report.options.objects / against.options.objects) * MOST;
  const earlier = new Map(commandsOf(against).map((command) => [command.key, command]));
  return commandsOf(report).flatMap(({ key, seconds, cpuSeconds }) => {
    const before = earlier.get(key);
    if (before === undefined) return [];
    const { apps, objects, foreign } = against.options;
    const roof = `with ${apps} / ${objects}, ${foreign} foreign`;
    return [
      toRoof(key, "s", seconds, { name: roof, value: before.seconds }, limit),
      toRoof(`processor time of ${key}`, "CPU s", cpuSeconds, { name: roof, value: before.cpuSeconds }, limit),
    ];
  });
}

/** Drift of one in a hundred is compared with drift of one in a hundred, whatever the number: by place. */
function commandsOf({ results }: Pick<Report, "results">) {
  return results.flatMap(({ scenario, commands }) =>
    commands.map(({ seconds, cpuSeconds }, place) => ({ key: `${scenario} ${place + 1}`, seconds, cpuSeconds })),
  );
}
