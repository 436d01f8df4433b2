import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;

/**
 * Builds the test double of NVIDIA's driver library with g++: {@code BuildCudaDouble DIR} makes {@code
 * DIR/libcuda.so.1} from {@code src/test/cuda} and the kernels of {@code src/main/cuda}, a library {@code
 * DIR/TENSOR_CORES.so} of the kernels for tensor cores, whose instructions are plain C++ there, and for each macro
 * {@code BREAK_…} that a kernel's source knows a library {@code DIR/BREAK_….so} with that kernel broken. Without g++ it makes
 * nothing, and the tests that need the double are skipped.
 */
class BuildCudaDouble {
    private static final Path DOUBLE = Path.of("src/test/cuda");
    private static final Path KERNELS = Path.of("src/main/cuda");
    private static final List<String> TYPES =
            List.of("F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K");
    private static final List<String> COMMON =
            List.of("-std=c++17", "-O1", "-g1", "-fPIC", "-Wall", "-ffp-contract=off", "-I" + DOUBLE, "-I" + KERNELS);
    /** Those whose kernels for tensor cores are built as well; the others fall back to the plain ones. */
    private static final Set<String> TENSOR_TYPES = Set.of("F16", "Q4_0", "Q4_K", "Q8_0");

    /** The sanitizers' calls go to checks.cpp; their own libraries are not linked. */
    private static final List<String> CHECKED = List.of(
            "-x",
            "c++",
            "-DINFERENCE_HOST",
            "-fsanitize=undefined",
            "-fno-sanitize=vptr",
            "-Wno-unknown-pragmas",
            "-Wno-unused-function");

    /** Every load and store calls checks.cpp; not for tensor cores, whose stand-in keeps tables of its own. */
    private static final String EVERY_ACCESS = "-fsanitize=thread";

    private static final Pattern BREAK = Pattern.compile("\\bBREAK_\\w+");
    private static final Pattern INCLUDE = Pattern.compile("#include \"(\\w+\\.cuh)\"");

    private final Path target;

    private BuildCudaDouble(Path target) {
        this.target = target;
    }

    public static void main(String[] args) throws Exception {
        Path target = Path.of(args[0]);
        if (!System.getProperty("os.name").equals("Linux")
                || !System.getProperty("os.arch").equals("amd64")) {
            System.out.println("no test double of CUDA's driver on this system: its tests are skipped");
            return;
        }
        Optional<String> version = compilerVersion();
        if (version.isEmpty()) {
            System.out.println("no g++: the tests on the test double of CUDA's driver are skipped");
            return;
        }
        Files.createDirectories(target);
        Path stamp = target.resolve("inputs");
        List<Path> files = new ArrayList<>(List.of(Path.of("src/build/BuildCudaDouble.java")));
        files.addAll(sources(DOUBLE));
        files.addAll(sources(KERNELS));
        String inputs = version.get() + hash(files);
        if (Files.exists(stamp) && Files.readString(stamp).equals(inputs)) {
            return;
        }
        Files.deleteIfExists(stamp);
        new BuildCudaDouble(target).build();
        Files.writeString(stamp, inputs);
    }

    private static Optional<String> compilerVersion() {
        try {
            Process process = new ProcessBuilder("g++", "--version")
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
        } catch (IOException | InterruptedException e) {
            return Optional.empty();
        }
    }

    private static String hash(List<Path> files) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Path file : files) {
            digest.update(file.toString().getBytes(StandardCharsets.UTF_8));
            digest.update(Files.readAllBytes(file));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<Path> sources(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private void build() throws Exception {
        Files.writeString(target.resolve("stubs.cpp"), stubs());
        String own = hash(sources(DOUBLE));
        String kernels = hash(sources(KERNELS));
        List<Callable<Void>> tasks = new ArrayList<>();
        List<String> objects = new ArrayList<>();
        List<String> tensorObjects = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        for (Path source : sources(KERNELS)) {
            String name = source.getFileName().toString();
            if (!name.endsWith(".cu")) {
                continue;
            }
            boolean typed = name.equals("matrix.cu");
            for (String type : typed ? TYPES : List.of("F32")) {
                Path object = object(objects, name + "." + type);
                tasks.add(task(kernels, checked(source, object, List.of("-DTYPE=" + type, EVERY_ACCESS))));
                if (!typed || TENSOR_TYPES.contains(type)) {
                    Path tensor = object(tensorObjects, name + "." + type + ".tensor");
                    tasks.add(task(kernels, checked(source, tensor, List.of("-DTYPE=" + type, "-DTENSOR_CORES"))));
                }
            }
            for (String variant : variants(source)) {
                Path object = object(broken, variant);
                tasks.add(task(kernels, checked(source, object, List.of("-DTYPE=Q8_0", "-D" + variant, EVERY_ACCESS))));
            }
        }
        for (Path source : sources(DOUBLE)) {
            String name = source.getFileName().toString();
            if (name.endsWith(".cpp")) {
                tasks.add(task(own, compile(source, object(objects, name), List.of())));
            }
        }
        tasks.add(task(own, compile(target.resolve("stubs.cpp"), object(objects, "stubs"), List.of())));
        runAll(tasks);
        List<String> link = new ArrayList<>(List.of("g++", "-shared", "-Wl,-soname,libcuda.so.1", "-Wl,-z,defs"));
        link.addAll(objects);
        link.addAll(List.of(
                "-ldl", "-lpthread", "-o", target.resolve("libcuda.so.1").toString()));
        run(link);
        linkKernels(target.resolve("TENSOR_CORES.so").toString(), tensorObjects);
        for (String object : broken) {
            linkKernels(object.replaceAll("\\.o$", ".so"), List.of(object));
        }
    }

    /** A library of kernels that the double loads when a test asks for it. */
    private void linkKernels(String library, List<String> objects) throws Exception {
        List<String> link = new ArrayList<>(List.of("g++", "-shared", "-Wl,-Bsymbolic"));
        link.addAll(objects);
        link.addAll(List.of(target.resolve("libcuda.so.1").toString(), "-o", library));
        run(link);
    }

    /** Compiles, unless the object is there from the same command and sources. */
    private static Callable<Void> task(String sources, List<String> command) {
        return () -> {
            String inputs = command + " " + sources;
            Path stamp = Path.of(command.getLast() + ".inputs");
            if (!Files.exists(stamp) || !Files.readString(stamp).equals(inputs)) {
                Files.deleteIfExists(stamp);
                run(command);
                Files.writeString(stamp, inputs);
            }
            return null;
        };
    }

    private Path object(List<String> objects, String name) {
        Path object = target.resolve(name + ".o");
        objects.add(object.toString());
        return object;
    }

    /** Every function that the Java binding imports, weak: those that driver.cpp defines win. */
    private static String stubs() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String name : Files.readAllLines(DOUBLE.resolve("symbols.txt"))) {
            text.append("extern \"C\" __attribute__((weak, visibility(\"default\"))) int ")
                    .append(name)
                    .append("() { return 801; } // CUDA_ERROR_NOT_SUPPORTED\n");
        }
        return text.toString();
    }

    private static List<String> compile(Path source, Path object, List<String> options) {
        List<String> command = new ArrayList<>(List.of("g++"));
        command.addAll(COMMON);
        command.addAll(options);
        command.addAll(List.of("-c", source.toString(), "-o", object.toString()));
        return command;
    }

    private static List<String> checked(Path source, Path object, List<String> options) {
        List<String> all = new ArrayList<>(options);
        all.addAll(CHECKED);
        return compile(source, object, all);
    }

    /** The BREAK_ macros of a source and the headers that it includes. */
    private static Set<String> variants(Path source) throws IOException {
        Set<String> names = new TreeSet<>();
        Set<String> seen = new TreeSet<>();
        List<String> open = new ArrayList<>(List.of(source.getFileName().toString()));
        while (!open.isEmpty()) {
            String file = open.removeLast();
            if (seen.add(file) && Files.exists(KERNELS.resolve(file))) {
                String text = Files.readString(KERNELS.resolve(file));
                BREAK.matcher(text).results().forEach(found -> names.add(found.group()));
                INCLUDE.matcher(text).results().forEach(found -> open.add(found.group(1)));
            }
        }
        return names;
    }

    private static void runAll(List<Callable<Void>> tasks) throws Exception {
        try (ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (Future<Void> result : workers.invokeAll(tasks)) {
                result.get();
            }
        }
    }

    private static void run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + "\n" + output);
        }
        System.out.print(output);
    }
}
