;;; driver.el --- What the tests ask of Emacs  -*- lexical-binding: t; -*-

(require 'json)
(require 'python)
(require 'default-lint)

(setq auto-save-default nil
      make-backup-files nil
      create-lockfiles nil
      eglot-autoshutdown nil
      eglot-sync-connect nil
      use-dialog-box nil
      python-indent-guess-indent-offset nil)

(defvar driver-said nil "Messages, the newest first.")
(defvar driver-answer nil "What is answered to a question.")

(advice-add 'message :before
            (lambda (&optional text &rest arguments)
              (when text
                (push (apply #'format-message text arguments) driver-said))))

(advice-add 'y-or-n-p :override
            (lambda (question)
              (push question driver-said)
              driver-answer))

(defun driver-run (file code)
  "Evaluate the form in the file CODE in the buffer shown; write the JSON of its value to FILE."
  (with-current-buffer (window-buffer (selected-window))
    (let* ((form (with-temp-buffer
                   (insert-file-contents code)
                   (read (format "(progn %s)" (buffer-string)))))
           (answer (condition-case problem
                       (list (cons 'result (eval form t)))
                     (error (list (cons 'problem (error-message-string problem))))))
           (coding-system-for-write 'utf-8))
      (write-region (json-encode answer) nil file nil 'quiet))))

(defun driver-diagnostics ()
  "The diagnostics of the current buffer, in the order of the text."
  (vconcat
   (mapcar
    (lambda (diagnostic)
      (let ((raw (alist-get 'eglot-lsp-diag (flymake-diagnostic-data diagnostic))))
        (save-excursion
          (goto-char (flymake-diagnostic-beg diagnostic))
          `((code . ,(plist-get raw :code))
            (message . ,(plist-get raw :message))
            (source . ,(plist-get raw :source))
            (severity . ,(plist-get raw :severity))
            (line . ,(1- (line-number-at-pos)))
            (first . ,(- (point) (line-beginning-position)))
            (last . ,(- (flymake-diagnostic-end diagnostic) (line-beginning-position)))))))
    (sort (flymake-diagnostics)
          (lambda (a b) (< (flymake-diagnostic-beg a) (flymake-diagnostic-beg b)))))))

(defun driver-at (line column)
  "Go to LINE and COLUMN, both from 0, in characters."
  (goto-char (point-min))
  (forward-line line)
  (forward-char column))

(defun driver-hover (line column)
  "What the server says of LINE and COLUMN."
  (driver-at line column)
  (let ((answer (jsonrpc-request (eglot-current-server) :textDocument/hover
                                 (eglot--TextDocumentPositionParams))))
    (plist-get (plist-get answer :contents) :value)))

(defun driver-fix (line column title)
  "Take the quick fix at LINE and COLUMN whose title holds TITLE, as from the menu."
  (driver-at line column)
  (cl-letf (((symbol-function 'completing-read)
             (lambda (_prompt choices &rest _)
               (car (cl-find-if (lambda (choice) (string-search title (car choice))) choices))))
            ((symbol-function 'x-popup-menu) #'ignore))
    (eglot-code-actions (point) nil nil t)))

(defun driver-page (name)
  "The text of the page NAME; nil while it is not there."
  (when-let ((buffer (get-buffer (format "*default-lint: %s*" name))))
    (with-current-buffer buffer
      (buffer-substring-no-properties (point-min) (point-max)))))
;;; driver.el ends here
