package io.inference.local;
import io.inference.engine.*;
import java.nio.file.*;
import java.util.Optional;
public class LocalModels implements AutoCloseable { private final Optional<LocalModel> model; public LocalModels(boolean off){ Path p=Path.of("../models/SmolLM2-135M-Instruct.Q4_1.gguf"); model = off?Optional.empty():Optional.of(new LocalModel("smollm2:135m", Engine.open(p, EngineOptions.defaults()), null, 0)); } public Optional<LocalModel> model(){return model;} @Override public void close(){} }
