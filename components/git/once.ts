/** Answers each question once: who asks the same while an answer is under way, or later, is given that one. */
export type Once = <T>(key: string, ask: () => Promise<T>) => Promise<T>;

/** Of an error nothing is kept: the next one to ask may have more luck. Questions under one key must have answers of one type. */
export function createOnce(): Once {
  const answers = new Map<string, Promise<unknown>>();
  return async <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const answer = (answers.get(key) as Promise<T> | undefined) ?? ask();
    answers.set(key, answer);
    try {
      return await answer;
    } catch (error) {
      answers.delete(key);
      throw error;
    }
  };
}
