/** The stages of one piece of work, for whoever waits for it. */
export interface Stages {
  begin(stage: string): void;
  /** The work is over. */
  end(): void;
}

const PATIENCE_MS = 1_000;

/** Tells a stage once it has gone on for a second: what is over in a moment is no news, and telling costs a call to the engine. */
export function openStages(tell: (stage: string) => void): Stages {
  let timer: NodeJS.Timeout | undefined;
  const end = () => clearTimeout(timer);
  return {
    begin(stage) {
      end();
      timer = setTimeout(() => tell(stage), PATIENCE_MS);
    },
    end,
  };
}
