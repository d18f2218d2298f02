import { useId } from "react";
import { Check, TextField } from "../ui/index.ts";
import { type FilterChoice, offered } from "./filter-choice.ts";

interface FilterFieldProps {
  choice: FilterChoice;
  onChoice: (choice: FilterChoice) => void;
}

/** Selects the events that an endpoint receives. */
export function FilterField({ choice, onChoice }: FilterFieldProps) {
  const group = useId();
  const { isAll, chosen, others } = choice;
  const toggle = (name: string, isOn: boolean) =>
    onChoice({ ...choice, chosen: isOn ? [...chosen, name] : chosen.filter((each) => each !== name) });

  return (
    <fieldset className="choices">
      <legend>Events</legend>
      <Check group={group} isOn={isAll} onCheck={() => onChoice({ ...choice, isAll: true })}>
        All events
      </Check>
      <Check group={group} isOn={!isAll} onCheck={() => onChoice({ ...choice, isAll: false })}>
        Selected events
      </Check>
      {!isAll && (
        <div className="event-choices">
          {offered.map(({ name, hint }) => (
            <Check key={name} isOn={chosen.includes(name)} hint={hint} onCheck={(isOn) => toggle(name, isOn)}>
              <span className="code">{name}</span>
            </Check>
          ))}
          <TextField
            label="Others"
            value={others}
            spellCheck={false}
            placeholder="attempt.lost task.moved"
            onText={(text) => onChoice({ ...choice, others: text })}
          />
        </div>
      )}
    </fieldset>
  );
}
