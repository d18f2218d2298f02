import { useId } from "react";
import { type FilterChoice, offered } from "./filter-choice.ts";

interface FilterFieldProps {
  choice: FilterChoice;
  onChoice: (choice: FilterChoice) => void;
}

/** Which events an endpoint is sent. */
export function FilterField({ choice, onChoice }: FilterFieldProps) {
  const [group, othersId] = [useId(), useId()];
  const toggle = (name: string, isOn: boolean) =>
    onChoice({
      ...choice,
      chosen: isOn ? [...choice.chosen, name] : choice.chosen.filter((each) => each !== name),
    });
  return (
    <fieldset className="choices">
      <legend>Events</legend>
      <label className="check">
        <input
          type="radio"
          name={group}
          checked={choice.isAll}
          onChange={() => onChoice({ ...choice, isAll: true })}
        />
        <span>All events</span>
      </label>
      <label className="check">
        <input
          type="radio"
          name={group}
          checked={!choice.isAll}
          onChange={() => onChoice({ ...choice, isAll: false })}
        />
        <span>Selected events</span>
      </label>
      {!choice.isAll && (
        <div className="event-choices">
          {offered.map(({ name, hint }) => (
            <label key={name} className="check">
              <input
                type="checkbox"
                checked={choice.chosen.includes(name)}
                onChange={({ currentTarget }) => toggle(name, currentTarget.checked)}
              />
              <span className="code">{name}</span>
              <span className="muted small">{hint}</span>
            </label>
          ))}
          <label className="field" htmlFor={othersId}>
            Others
            <input
              id={othersId}
              value={choice.others}
              spellCheck={false}
              placeholder="attempt.lost task.moved"
              onChange={({ currentTarget }) => onChoice({ ...choice, others: currentTarget.value })}
            />
          </label>
        </div>
      )}
    </fieldset>
  );
}
