// Nothing to see: inside the board around it, keys press the board's buttons.

export default {
    render({ model, el }) {
        const boardOf = (event) => {
            const board = el.closest("." + model.get("board"));
            return board && board.contains(event.target) ? board : null;
        };
        const press = (event) => {
            const button = model.get("buttons")[event.key];
            const modified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
            const board = boardOf(event);
            if (!board || !button || modified || event.target.matches("input, select")) return;
            event.preventDefault();
            event.stopImmediatePropagation();
            board.querySelector("." + button).click();
        };
        const takeKeys = (event) => {
            const board = boardOf(event);
            if (!board || event.target.closest("button, input, select")) return;
            const button = board.querySelector("." + Object.values(model.get("buttons"))[0]);
            setTimeout(() => button.focus({ preventScroll: true }));
        };
        window.addEventListener("keydown", press, true);
        window.addEventListener("click", takeKeys);
        return () => {
            window.removeEventListener("keydown", press, true);
            window.removeEventListener("click", takeKeys);
        };
    },
};
