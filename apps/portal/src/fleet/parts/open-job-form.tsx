import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { navigate } from '../../router/router.tsx';
import { jobIdFrom, jobPath } from '../../router/routes.ts';

/** Leads to somebody else's job by its link. */
export function OpenJobForm(): JSX.Element {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const id = jobIdFrom(text);
    if (id === null) setProblem('That is neither a job’s link nor its id.');
    else navigate(jobPath(id));
  };
  return (
    <form class="open-job" onSubmit={submit} noValidate>
      <label class="label" for="job-link">
        Open a job that somebody sent you
      </label>
      <div class="copy">
        <input
          id="job-link"
          class="field"
          autocomplete="off"
          spellcheck={false}
          placeholder="Its link or its id"
          value={text}
          aria-invalid={problem !== null}
          aria-describedby="job-link-problem"
          onInput={(event) => {
            setText(event.currentTarget.value);
            setProblem(null);
          }}
        />
        <button type="submit" class="button">
          Open
        </button>
      </div>
      <p id="job-link-problem" class="problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
