--- For `vim.lsp.enable("default_lint")` of Neovim 0.11, without `setup`.
---
--- default-lint finds faults in Keras programs at the line that causes them: `pip install "default-lint[lsp]"`.
return require("default_lint").config()
