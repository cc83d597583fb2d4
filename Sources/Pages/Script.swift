/// The little that pages do beyond HTML. Everything is there without it.
public enum Script {
  public static let text = """
    'use strict';
    (() => {
      // Rows and cards that have all words: as they are typed.
      const input = document.querySelector('[data-filter]');
      if (input) {
        const items = [...document.querySelectorAll('[data-name]')];
        const status = document.querySelector('[data-status]');
        const label = input.closest('[hidden]');
        if (label) label.hidden = false;
        input.addEventListener('input', () => {
          const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
          let shown = 0;
          for (const item of items) {
            const name = item.dataset.name.toLowerCase();
            item.hidden = !words.every(word => name.includes(word));
            if (!item.hidden) shown++;
          }
          if (status) status.textContent = words.length ? `${shown} of ${items.length}` : '';
        });
      }
      // All stacks of a section at once.
      for (const button of document.querySelectorAll('[data-fold]')) {
        const all = button.closest('section').querySelectorAll('details');
        button.hidden = false;
        button.addEventListener('click', () => {
          const open = button.getAttribute('aria-expanded') !== 'true';
          for (const each of all) each.open = open;
          button.setAttribute('aria-expanded', open);
          button.textContent = open ? 'Fold all' : 'Unfold all';
        });
      }
      // A form is sent by what is chosen in it.
      for (const form of document.querySelectorAll('form[data-auto]')) {
        form.addEventListener('change', () => form.requestSubmit());
      }
      // Counts of the week that is not over.
      const live = document.querySelector('[data-live]');
      if (live) {
        const cells = new Map([...document.querySelectorAll('[data-count]')].map(cell => [cell.dataset.count, cell]));
        const poll = async () => {
          if (!document.hidden) {
            try {
              const answer = await fetch(live.dataset.live, {credentials: 'same-origin', headers: {'Accept': 'application/json'}});
              if (answer.ok) {
                const {counts, text} = await answer.json();
                let unknown = false;
                for (const {key, text} of counts) {
                  const cell = cells.get(key);
                  if (!cell) unknown = true; else if (cell.textContent !== text) cell.textContent = text;
                }
                live.textContent = unknown ? text + '; new names: load the page again' : text;
              }
            } catch { live.textContent = 'tel view has ended'; return; }
          }
          setTimeout(poll, 2000);
        };
        setTimeout(poll, 2000);
      }
      // / goes to the search.
      document.addEventListener('keydown', event => {
        if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
        const search = document.getElementById('q');
        if (!search) return;
        event.preventDefault();
        search.focus();
      });
    })();

    """
}
