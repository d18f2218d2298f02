import { type ReactNode, useEffect, useRef, useState } from "react";
import { useAnnounce } from "../../announce/index.ts";
import { count } from "../../format/index.ts";
import { DownIcon, PlusIcon, TrashIcon, UpIcon } from "../../ui/index.ts";
import { fieldId, useForm } from "./form-context.ts";
import { isObject, type Json } from "./json.ts";
import { emptyValue, type FieldPlan, type ListFieldPlan, summaryOf } from "./read-fields.ts";

interface ListFieldProps {
  field: ListFieldPlan;
  path: string;
  value: readonly Json[];
  /** The input of an item. */
  renderField: (item: { field: FieldPlan; path: string; value: Json | undefined }) => ReactNode;
}

/** A list whose items can be added, moved and removed. Objects are folded to a line each. */
export function ListField({ field, path, value, renderField }: ListFieldProps) {
  const { change, problems, attempt } = useForm();
  const announce = useAnnounce();
  const keys = useItemKeys(value.length);
  const [open, setOpen] = useState<ReadonlySet<number>>(() => new Set(keys.of(0)));
  const focus = useRef<string | null>(null);
  const section = useRef<HTMLFieldSetElement>(null);
  const { item, label, maxItems, minItems } = field;
  const name = item.label.toLowerCase();
  const isFolded = item.kind === "GROUP" || item.kind === "JSON";
  const faulty = value.map((_, index) => problemsWithin(problems, `${path}/${index}`));
  useEffect(() => {
    // What has a problem is opened, so that it is seen at its field.
    const toOpen = faulty.flatMap((problem, index) => (problem > 0 ? keys.of(index) : []));
    if (toOpen.length > 0) setOpen((now) => new Set([...now, ...toOpen]));
    // Once per attempt to send the data: live checks only mark what they find.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [attempt]);
  useEffect(() => {
    if (focus.current === null) return;
    section.current?.querySelector<HTMLElement>(focus.current)?.focus();
    focus.current = null;
  }, [value]);

  const add = () => {
    const [key] = keys.add();
    setOpen((now) => new Set([...now, key]));
    focus.current = `[data-item="${value.length}"] :is(textarea, input, select)`;
    change(path, [...value, withId(item, emptyValue(item))]);
  };
  const move = (index: number, by: 1 | -1) => {
    const moved = value[index];
    if (moved === undefined) return;
    keys.move(index, by);
    const other = index + by;
    const isAtEnd = other === 0 || other === value.length - 1;
    focus.current = `[data-item="${other}"] [data-move="${isAtEnd ? -by : by}"]`;
    change(path, value.toSpliced(index, 1).toSpliced(other, 0, moved));
    announce(`${item.label} ${index + 1} is now number ${other + 1}.`);
  };
  const remove = (index: number) => {
    keys.remove(index);
    focus.current = value.length === 1 ? ".add-item" : `[data-item="${Math.max(0, index - 1)}"] .item-remove`;
    change(path, value.toSpliced(index, 1));
    announce(`${item.label} ${index + 1} was removed.`);
  };
  const problem = problems.get(path);
  const row = (one: Json, index: number) => ({
    ...{ field: item, path: `${path}/${index}`, value: one },
    tools: (
      <ItemTools
        name={`${name} ${index + 1}`}
        isFirst={index === 0}
        isLast={index === value.length - 1}
        canRemove={value.length > minItems}
        onMove={(by) => move(index, by)}
        onRemove={() => remove(index)}
      />
    ),
  });
  return (
    <fieldset
      className="choices items"
      ref={section}
      id={fieldId(path)}
      tabIndex={-1}
      aria-describedby={problem === undefined ? undefined : `${fieldId(path)}-problem`}
    >
      <legend>
        {label}{" "}
        <span className="muted">
          {value.length}
          {maxItems !== null && ` of at most ${maxItems}`}
        </span>
      </legend>
      {field.hint !== null && <p className="muted small">{field.hint}</p>}
      {problem !== undefined && (
        <p className="notice bad" role="alert" id={`${fieldId(path)}-problem`}>
          {problem}
        </p>
      )}
      <ol>
        {value.map((one, index) => {
          const [key = index] = keys.of(index);
          const { tools, ...props } = row(one, index);
          if (!isFolded)
            return (
              <li key={key} data-item={index} data-path={props.path} className="item plain">
                {renderField({ ...props, field: { ...item, label: `${item.label} ${index + 1}` } })}
                {tools}
              </li>
            );
          const isOpen = open.has(key);
          return (
            <li key={key} data-item={index} data-path={props.path} className="item">
              <details
                open={isOpen}
                onToggle={({ currentTarget }) => {
                  const isNowOpen = currentTarget.open;
                  setOpen((now) => {
                    if (now.has(key) === isNowOpen) return now;
                    const next = new Set(now);
                    if (isNowOpen) next.add(key);
                    else next.delete(key);
                    return next;
                  });
                }}
              >
                <summary>
                  <span className="item-number">{index + 1}</span>
                  <span className="item-summary">{summaryOf(item, one) ?? `New ${name}`}</span>
                  {(faulty[index] ?? 0) > 0 && (
                    <span className="badge bad">{count(faulty[index] ?? 0, "problem")}</span>
                  )}
                </summary>
                {isOpen && <div className="item-fields">{renderField(props)}</div>}
              </details>
              {tools}
            </li>
          );
        })}
      </ol>
      {(maxItems === null || value.length < maxItems) && (
        <button type="button" className="button add-item" onClick={add}>
          <PlusIcon /> Add {name}
        </button>
      )}
    </fieldset>
  );
}

interface ItemToolsProps {
  name: string;
  isFirst: boolean;
  isLast: boolean;
  canRemove: boolean;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

const ItemTools = ({ name, isFirst, isLast, canRemove, onMove, onRemove }: ItemToolsProps) => (
  <div className="item-tools">
    <button
      type="button"
      className="button icon-only"
      data-move="-1"
      aria-label={`Move ${name} up`}
      disabled={isFirst}
      onClick={() => onMove(-1)}
    >
      <UpIcon />
    </button>
    <button
      type="button"
      className="button icon-only"
      data-move="1"
      aria-label={`Move ${name} down`}
      disabled={isLast}
      onClick={() => onMove(1)}
    >
      <DownIcon />
    </button>
    <button
      type="button"
      className="button icon-only item-remove"
      aria-label={`Remove ${name}`}
      disabled={!canRemove}
      onClick={onRemove}
    >
      <TrashIcon />
    </button>
  </div>
);

/** Number of problems of a value and of what it contains. */
const problemsWithin = (problems: ReadonlyMap<string, string>, path: string): number =>
  [...problems.keys()].filter((one) => one === path || one.startsWith(`${path}/`)).length;

/** An id keeps a scene the same after it has moved. */
function withId(field: FieldPlan, value: Json): Json {
  const hasId = field.kind === "GROUP" && field.fields.some(({ name }) => name === "id");
  return hasId && isObject(value) ? { id: crypto.randomUUID().slice(0, 8), ...value } : value;
}

/** Keys of a list's items, which move with them. A list that is replaced keeps the keys of its places. */
function useItemKeys(length: number) {
  const [kept, setKept] = useState<readonly number[]>(() => Array.from({ length }, (_, index) => index));
  const next = Math.max(-1, ...kept) + 1;
  const keys =
    kept.length >= length
      ? kept.slice(0, length)
      : [...kept, ...Array.from({ length: length - kept.length }, (_, index) => next + index)];
  return {
    of: (index: number): number[] => keys.slice(index, index + 1),
    add(): [number] {
      const key = Math.max(-1, ...keys) + 1;
      setKept([...keys, key]);
      return [key];
    },
    move(index: number, by: 1 | -1): void {
      const moved = keys[index] ?? 0;
      setKept(keys.toSpliced(index, 1).toSpliced(index + by, 0, moved));
    },
    remove: (index: number): void => setKept(keys.toSpliced(index, 1)),
  };
}
